import { FIVE } from "./build";
import type { Plan, Say } from "./build";

const ask = (text: Say) => ({ text, note: true });

/** The five layers with steps that most services have, and a question in each layer. */
export const classic: Plan = {
  purpose: ["Att se hela tjänsten, från det kunden möter till det arbetet vilar på.", "To see the whole service, from what the customer meets to what the work rests on."],
  lanes: FIVE,
  steps: [
    {
      title: ["Upptäcka", "Find out"],
      cells: {
        evidence: [ask(["Vad ser eller håller kunden i?", "What does the customer see or hold?"])],
        customer: [ask(["Vad gör kunden först? Skriv ett verb.", "What does the customer do first? Write a verb."])],
        frontstage: [ask(["Vem möter kunden här?", "Who meets the customer here?"])],
        backstage: [ask(["Vad måste hända som ingen ser?", "What has to happen that nobody sees?"])],
        support: [ask(["Vilka system och avtal vilar det på?", "Which systems and agreements does it rest on?"])],
      },
    },
    { title: ["Börja", "Begin"], cells: {} },
    { title: ["Genomföra", "Do it"], cells: { customer: [ask(["Var är det lätt att göra fel?", "Where is it easy to go wrong?"])] } },
    { title: ["Vänta", "Wait"], cells: { customer: [ask(["Hur länge väntar kunden, och vet kunden det?", "How long does the customer wait, and do they know?"])] } },
    { title: ["Få besked", "Get the answer"], cells: {} },
    { title: ["Efteråt", "Afterwards"], cells: { customer: [ask(["Vad gör kunden om det inte blev rätt?", "What does the customer do when it is not right?"])] } },
  ],
};
