import { DAY, FIVE, MINUTE } from "./build";
import type { Plan, Say } from "./build";

const web: Say = ["webb", "web"];
const sms: Say = ["sms", "text message"];
const phone: Say = ["telefon", "phone"];

/** A service that customers do themselves, on the web or a phone: to book, change and come to an appointment. */
export const selfservice: Plan = {
  purpose: [
    "Att den som vill ska klara allt själv, och att den som inte kan ska få hjälp i tid.",
    "That those who want to can do all of it themselves, and those who cannot get help in time.",
  ],
  lanes: [
    FIVE[0],
    FIVE[1],
    { role: "frontstage", owner: ["Kundtjänst", "Customer service"] },
    { role: "backstage", owner: ["Tidbokningen", "Bookings"] },
    { role: "support", owner: ["It-avdelningen", "IT"] },
    { role: "metrics", owner: ["Tjänsteägaren", "Service owner"] },
  ],
  steps: [
    {
      title: ["Hitta tjänsten", "Find the service"],
      feels: 0,
      usual: 3 * MINUTE,
      cells: {
        evidence: [["Sökträff och startsida", "Search hit and start page"]],
        customer: [{ text: ["Söker och väljer ”Boka tid”", "Searches and chooses “Book a time”"], channel: web, by: "customer" }],
        frontstage: [{ text: ["Chatt som svarar på vanliga frågor", "Chat that answers common questions"], by: "system", channel: web }],
        backstage: [["Håller innehållet aktuellt", "Keeps the content up to date"]],
        support: [["Webbplats och sökmotor", "Website and search engine"]],
        metrics: [["Andel som hittar inom en minut", "Share who find it within a minute"]],
      },
    },
    {
      title: ["Logga in", "Sign in"],
      feels: -1,
      usual: 2 * MINUTE,
      cells: {
        evidence: [["Inloggningssida", "Sign-in page"]],
        customer: [{ text: ["Loggar in med e-legitimation", "Signs in with electronic ID"], channel: web, by: "customer", marks: [{ type: "fail-point", severity: 5, likelihood: 2, note: ["Saknar e-legitimation", "Has no electronic ID"], recovery: "byphone" }] }],
        frontstage: [{ name: "byphone", text: ["Bokar åt den som inte kan logga in", "Books for those who cannot sign in"], by: "staff", channel: phone }],
        backstage: [{ name: "manual", text: ["Lägger in bokningen för hand", "Enters the booking by hand"] }],
        support: [["Leverantör av e-legitimation", "Provider of electronic ID"]],
        metrics: [["Avbrutna inloggningar", "Sign-ins given up"]],
      },
    },
    {
      title: ["Välja tid", "Choose a time"],
      feels: 1,
      usual: 4 * MINUTE,
      cells: {
        evidence: [["Kalender med lediga tider", "Calendar of free times"]],
        customer: [{ text: ["Jämför tider och väljer en", "Compares times and chooses one"], by: "customer", channel: web }, { text: ["Kan jag ställa mig i kö för en tidigare tid?", "Can I queue for an earlier time?"], note: true, status: "proposed" }],
        frontstage: [{ text: ["Visar bara tider som passar ärendet", "Shows only times that fit"], by: "system" }],
        backstage: [{ name: "schedule", text: ["Planerar schema sex veckor fram", "Plans six weeks ahead"] }],
        support: [{ name: "booking", text: ["Bokningssystem", "Booking system"] }],
        metrics: [["Dagar till första lediga tid", "Days to the first free time"]],
      },
    },
    {
      title: ["Bekräfta", "Confirm"],
      feels: 2,
      usual: MINUTE,
      cells: {
        evidence: [["Bekräftelse på skärm och i sms", "Confirmation on screen and by text"]],
        customer: [{ text: ["Kontrollerar och bekräftar", "Checks and confirms"], by: "customer", marks: [{ type: "moment-of-truth", note: ["Är det verkligen bokat?", "Is it really booked?"] }] }],
        frontstage: [{ text: ["Skickar bekräftelse", "Sends a confirmation"], by: "system", channel: sms }],
        backstage: [["Reserverar rum och person", "Reserves room and person"]],
        support: [["Sms-tjänst", "Text message service"]],
        metrics: [["Bokningar som fullföljs", "Bookings completed"]],
      },
    },
    {
      title: ["Bli påmind", "Be reminded"],
      feels: 1,
      cells: {
        evidence: [["Sms dagen före", "Text the day before"]],
        customer: [{ text: ["Läser, bokar om vid behov", "Reads, rebooks if need be"], by: "customer", channel: sms, marks: [{ type: "wait-point", wait: 14 * DAY }] }],
        frontstage: [{ text: ["Påminner och visar vägen", "Reminds and shows the way"], by: "system", channel: sms }],
        backstage: [["Erbjuder lediga tider till kön", "Offers free times to the queue"]],
        support: [["Kartor och adresser", "Maps and addresses"]],
        metrics: [["Uteblivna besök", "Missed appointments"]],
      },
    },
    {
      title: ["Komma dit", "Come"],
      feels: 0,
      acceptable: 10 * MINUTE,
      cells: {
        evidence: [["Skylt och incheckning", "Sign and check-in"]],
        customer: [["Checkar in och sätter sig", "Checks in and sits down"]],
        frontstage: [{ text: ["Hälsar och hämtar", "Greets and fetches"], by: "staff" }],
        backstage: [["Ser vem som har kommit", "Sees who has come"]],
        support: [["Incheckningsautomat", "Check-in machine"]],
        metrics: [["Väntan i minuter", "Wait in minutes"]],
      },
    },
    {
      title: ["Säga vad man tycker", "Say what one thinks"],
      feels: 0,
      cells: {
        evidence: [["Två frågor i sms", "Two questions by text"]],
        customer: [{ text: ["Svarar, eller låter bli", "Answers, or does not"], by: "customer", channel: sms, status: "assumed" }],
        frontstage: [{ text: ["Tackar och berättar vad som ändras", "Says thanks and what will change"], by: "staff" }],
        backstage: [["Läser svaren varje vecka", "Reads the answers every week"]],
        support: [["Enkätverktyg", "Survey tool"]],
        metrics: [["Svar som ledde till något", "Answers that led to something"]],
      },
    },
  ],
  links: [["byphone", "manual"], ["manual", "booking"], ["schedule", "booking"]],
};
