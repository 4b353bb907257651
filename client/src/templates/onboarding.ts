import { DAY, FIVE, HOUR, WEEK } from "./build";
import type { Plan, Say } from "./build";

const mail: Say = ["e-post", "email"];

/** A new employee's way in, from the signed contract to the first half year. The employee is the customer. */
export const onboarding: Plan = {
  purpose: [
    "Att den som är ny ska känna sig väntad, kunna arbeta från första dagen och veta vem man frågar.",
    "That whoever is new feels expected, can work from the first day and knows whom to ask.",
  ],
  lanes: [
    FIVE[0],
    { role: "customer", title: ["Den som är ny", "New employee"] },
    { role: "frontstage", title: ["Chef och fadder", "Manager and buddy"], owner: ["Närmaste chef", "Line manager"] },
    { role: "backstage", title: ["Hr och administration", "HR and administration"], owner: ["Hr", "HR"] },
    { role: "support", owner: ["It och lokaler", "IT and facilities"] },
  ],
  steps: [
    {
      title: ["Skriva på", "Sign"],
      phase: ["Före första dagen", "Before the first day"],
      feels: 2,
      cells: {
        evidence: [["Anställningsavtal", "Contract"]],
        customer: [["Läser och skriver på", "Reads and signs"]],
        frontstage: [{ text: ["Ringer och hälsar välkommen", "Calls to say welcome"], by: "staff" }],
        backstage: [{ name: "contract", text: ["Gör avtal och lägger upp i lönesystemet", "Makes the contract, adds to payroll"] }],
        support: [["E-signering", "Electronic signing"]],
      },
    },
    {
      title: ["Vänta och undra", "Wait and wonder"],
      phase: ["Före första dagen", "Before the first day"],
      acceptable: 4 * WEEK,
      feels: -1,
      cells: {
        evidence: [["Välkomstbrev med tider och namn", "Welcome letter with times and names"]],
        customer: [{ text: ["Undrar vad som händer första dagen", "Wonders about the first day"], status: "observed", marks: [{ type: "wait-point", wait: 4 * WEEK }] }],
        frontstage: [{ text: ["Skickar program och presenterar faddern", "Sends the plan, introduces the buddy"], by: "staff", channel: mail }],
        backstage: [{ name: "order", text: ["Beställer dator, behörigheter och passerkort", "Orders computer, access and key card"], marks: [{ type: "fail-point", severity: 4, likelihood: 3, note: ["Beställs för sent", "Ordered too late"], recovery: "spare" }] }],
        support: [{ name: "spare", text: ["Lånedator finns alltid", "There is always a spare computer"] }],
      },
    },
    {
      title: ["Komma första dagen", "Arrive"],
      phase: ["Första veckan", "The first week"],
      usual: 8 * HOUR,
      feels: 1,
      cells: {
        evidence: [["Skrivbord, blommor, passerkort", "Desk, flowers, key card"]],
        customer: [{ text: ["Kommer till receptionen", "Comes to the reception"], marks: [{ type: "moment-of-truth", note: ["Är jag väntad?", "Am I expected?"] }] }],
        frontstage: [{ text: ["Möter, visar runt, äter lunch", "Meets, shows around, has lunch"], by: "staff" }],
        backstage: [["Kontrollerar att allt är på plats", "Checks that all is in place"]],
        support: [["Reception och vaktmästare", "Reception and caretaker"]],
      },
    },
    {
      title: ["Få sina verktyg", "Get the tools"],
      phase: ["Första veckan", "The first week"],
      usual: DAY,
      feels: -1,
      cells: {
        evidence: [["Dator, telefon, inloggning", "Computer, phone, sign-in"]],
        customer: [{ text: ["Loggar in för första gången", "Signs in for the first time"], marks: [{ type: "pain", severity: 3, likelihood: 4, note: ["Ett system i taget i flera dagar", "One system at a time for days"] }] }],
        frontstage: [{ text: ["Faddern sitter bredvid", "The buddy sits alongside"], by: "staff" }],
        backstage: [{ name: "access", text: ["Godkänner behörigheter", "Approves access"] }],
        support: [{ name: "it", text: ["It-support", "IT support"] }],
      },
    },
    {
      title: ["Lära känna", "Get to know"],
      phase: ["Första veckan", "The first week"],
      usual: 4 * DAY,
      feels: 1,
      cells: {
        evidence: [["Namn och ansikten på intranätet", "Names and faces on the intranet"]],
        customer: [["Träffar kollegor, ställer alla frågor", "Meets colleagues, asks everything"]],
        frontstage: [{ text: ["Bokar möten med dem man behöver känna", "Books meetings with those one needs"], by: "staff" }],
        backstage: [["Håller introduktion för alla nya", "Holds an introduction for all who are new"]],
        support: [["Intranät", "Intranet"]],
      },
    },
    {
      title: ["Göra det första", "Do the first thing"],
      phase: ["Första månaderna", "The first months"],
      usual: 3 * WEEK,
      feels: 1,
      cells: {
        evidence: [["Den första egna uppgiften", "The first task of one’s own"]],
        customer: [["Gör något litet färdigt", "Finishes something small"]],
        frontstage: [{ text: ["Ger uppgiften och återkoppling", "Gives the task and feedback"], by: "staff" }],
        backstage: [["Anmäler till utbildningar", "Signs up for training"]],
        support: [["Utbildningsplattform", "Learning platform"]],
      },
    },
    {
      title: ["Stämma av", "Check in"],
      phase: ["Första månaderna", "The first months"],
      feels: 0,
      cells: {
        evidence: [["Frågor efter 30 och 90 dagar", "Questions after 30 and 90 days"]],
        customer: [["Säger vad som fungerar och inte", "Says what works and what does not"]],
        frontstage: [{ text: ["Lyssnar och ändrar något", "Listens and changes something"], by: "staff" }],
        backstage: [["Samlar svaren och förbättrar introduktionen", "Gathers answers, improves the introduction"]],
        support: [["Enkätverktyg", "Survey tool"]],
      },
    },
    {
      title: ["Bli en i gänget", "Be one of us"],
      phase: ["Första månaderna", "The first months"],
      acceptable: 26 * WEEK,
      feels: 2,
      cells: {
        evidence: [["Avslutad provanställning", "End of the trial period"]],
        customer: [{ text: ["Blir fadder åt nästa", "Becomes buddy to the next"], status: "proposed" }],
        frontstage: [{ text: ["Medarbetarsamtal och mål", "Review and goals"], by: "staff" }],
        backstage: [["Följer upp vilka som stannar", "Follows up who stays"]],
        support: [["Hr-system", "HR system"]],
      },
    },
  ],
  links: [["contract", "order"], ["order", "access"], ["access", "it"]],
};
