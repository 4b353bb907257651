import { DAY, FIVE, HOUR, MINUTE, WEEK } from "./build";
import type { Plan, Say } from "./build";

const web: Say = ["webb", "web"];
const phone: Say = ["telefon", "phone"];

/** An application to a municipality: a building permit, from the first question to the finished house. */
export const application: Plan = {
  purpose: [
    "Att den som söker ska veta vad som krävs, var ärendet är och när beslutet kommer.",
    "That whoever applies knows what is needed, where the case is and when the decision comes.",
  ],
  lanes: [
    FIVE[0],
    { role: "customer", title: ["Den som söker", "Applicant"] },
    { role: "frontstage", owner: ["Kontaktcenter", "Contact centre"] },
    { role: "backstage", owner: ["Bygglovsenheten", "Building permit unit"] },
    { role: "support", owner: ["Stadsbyggnadsförvaltningen", "City planning office"] },
  ],
  steps: [
    {
      title: ["Ta reda på", "Find out"],
      phase: ["Före", "Before"],
      usual: 2 * HOUR,
      feels: -1,
      cells: {
        evidence: [["Kommunens webbplats", "The municipality’s website"]],
        customer: [{ text: ["Söker efter vilka regler som gäller", "Looks for the rules that apply"], channel: web }, { text: ["”Räknas altanen?”", "“Does the deck count?”"], note: true, status: "observed" }],
        frontstage: [{ text: ["Svarar på frågor", "Answers questions"], channel: phone, by: "staff" }],
        backstage: [["Handläggare i beredskap för svåra frågor", "Case officer on call for hard questions"]],
        support: [["Webbredaktion", "Web editors"]],
      },
    },
    {
      title: ["Ansöka", "Apply"],
      phase: ["Ansökan", "Application"],
      usual: 40 * MINUTE,
      acceptable: HOUR,
      feels: 0,
      cells: {
        evidence: [["E-tjänst och kvittens", "Online form and receipt"]],
        customer: [{ name: "fills", text: ["Fyller i ansökan och bifogar ritningar", "Fills in the form and attaches drawings"], channel: web, by: "customer", marks: [{ type: "fail-point", severity: 4, likelihood: 4, note: ["Fel skala på ritningen", "Drawing in the wrong scale"], recovery: "helps" }] }],
        frontstage: [{ name: "helps", text: ["Hjälper den som kör fast", "Helps those who get stuck"], channel: phone, by: "staff" }],
        backstage: [{ name: "registers", text: ["Registrerar ärendet", "Registers the case"] }],
        support: [["E-legitimation", "Electronic ID"], { name: "system", text: ["Ärendesystem", "Case system"] }],
      },
    },
    {
      title: ["Få bekräftat", "Get a receipt"],
      phase: ["Ansökan", "Application"],
      usual: 3 * DAY,
      feels: 1,
      cells: {
        evidence: [["Brev: ansökan mottagen, handläggare och tid", "Letter: received, case officer and time"]],
        customer: [["Läser vem som har ärendet", "Reads who has the case"]],
        frontstage: [{ text: ["Skickar bekräftelse", "Sends the receipt"], by: "system" }],
        backstage: [{ name: "assigns", text: ["Fördelar ärendet till en handläggare", "Assigns the case to an officer"] }],
        support: [["Mallar för brev", "Letter templates"]],
      },
    },
    {
      title: ["Komplettera", "Complete"],
      phase: ["Handläggning", "Handling"],
      acceptable: 3 * WEEK,
      feels: -2,
      cells: {
        evidence: [["Begäran om komplettering", "Request for more"]],
        customer: [{ text: ["Väntar och skickar in det som saknas", "Waits and sends what is missing"], marks: [{ type: "wait-point", wait: 3 * WEEK }, { type: "pain", severity: 4, note: ["Förstår inte brevet", "Does not understand the letter"] }] }],
        frontstage: [{ name: "asks", text: ["Begär komplettering", "Asks for more"], by: "staff" }],
        backstage: [{ name: "checks", text: ["Granskar ritningar mot detaljplanen", "Checks drawings against the plan"] }],
        support: [["Remiss till räddningstjänsten", "Referral to the fire service"]],
      },
    },
    {
      title: ["Vänta", "Wait"],
      phase: ["Handläggning", "Handling"],
      acceptable: 10 * WEEK,
      feels: -1,
      cells: {
        evidence: [["Mina sidor: ärendets läge", "My pages: state of the case"]],
        customer: [{ text: ["Ringer och undrar", "Calls and asks"], channel: phone, status: "observed", marks: [{ type: "wait-point", wait: 10 * WEEK }] }],
        frontstage: [{ text: ["Berättar var ärendet är", "Tells where the case is"], channel: phone, by: "staff" }],
        backstage: [["Hör grannar, bedömer, skriver förslag", "Hears neighbours, assesses, drafts"], { text: ["Kan kunden se sin plats i kön?", "Can the applicant see their place in the queue?"], note: true, status: "proposed" }],
        support: [["Detaljplaner och kartor", "Plans and maps"]],
      },
    },
    {
      title: ["Få beslut", "Get the decision"],
      phase: ["Beslut", "Decision"],
      usual: WEEK,
      feels: 1,
      cells: {
        evidence: [["Beslut med villkor och avgift", "Decision with terms and fee"]],
        customer: [{ text: ["Läser beslutet", "Reads the decision"], marks: [{ type: "moment-of-truth", note: ["Förstår jag vad jag får göra?", "Do I understand what I may do?"] }] }],
        frontstage: [{ text: ["Ringer och förklarar", "Calls and explains"], channel: phone, by: "staff", status: "proposed" }],
        backstage: [{ name: "decides", text: ["Fattar beslut", "Decides"] }],
        support: [["Nämnd och delegation", "Committee and delegation"]],
      },
    },
    {
      title: ["Börja bygga", "Start building"],
      phase: ["Efter", "After"],
      feels: 2,
      cells: {
        evidence: [["Startbesked", "Starting clearance"]],
        customer: [["Har samråd och börjar bygga", "Has a meeting and starts to build"]],
        frontstage: [{ text: ["Tekniskt samråd", "Technical meeting"], by: "staff" }],
        backstage: [["Fastställer kontrollplan", "Settles the control plan"]],
        support: [["Kontrollansvarig", "Certified supervisor"]],
      },
    },
    {
      title: ["Bli klar", "Finish"],
      phase: ["Efter", "After"],
      feels: 1,
      cells: {
        evidence: [["Slutbesked", "Final clearance"]],
        customer: [["Anmäler att det är klart", "Reports that it is finished"]],
        frontstage: [{ text: ["Besöker platsen", "Visits the site"], by: "staff" }],
        backstage: [["Avslutar och arkiverar", "Closes and archives"]],
        support: [["Arkiv", "Archive"]],
      },
    },
  ],
  links: [["fills", "helps"], ["helps", "registers"], ["registers", "system"], ["registers", "assigns"], ["assigns", "checks"], ["checks", "asks"], ["checks", "decides"]],
};
