/** What was said in the rooms of the sample account: plain data, oldest first. */

export interface Conversation {
  readonly name: string;
  readonly messages: readonly (readonly [localpart: string, text: string])[];
}

export const CONVERSATIONS: readonly Conversation[] = [
  {
    name: "Allotment",
    messages: [
      ["gardener", "The first tomatoes are ripe, take as many as you like."],
      ["sample", "I'll come by after work. Do you need bean poles?"],
      ["gardener", "Six would be enough. The key to the shed is under the blue pot."],
      ["sample", "Found it. The poles are leaning by the water barrel."],
    ],
  },
  {
    name: "Book club",
    messages: [
      ["librarian", "Next month: something short, please. Nobody finished the last one."],
      ["sample", "I did! The last hundred pages are the best ones."],
      ["librarian", "Then you get to choose this time."],
      ["sample", "Letters from an island. Ninety pages, I promise."],
    ],
  },
  {
    name: "Choir",
    messages: [
      ["conductor", "Rehearsal moves to Thursday, the hall is being painted."],
      ["alto", "Could someone send me the second page of the score?"],
      ["sample", "I have it, photographed. Mind the coffee stain in bar 40."],
    ],
  },
  {
    name: "House meeting",
    messages: [
      ["neighbour", "The boiler man comes on Monday between eight and twelve."],
      ["sample", "I am at home then and can let him in."],
      ["neighbour", "Wonderful. The meter reading of last year was 4711."],
    ],
  },
  {
    name: "Trip to the sea",
    messages: [
      ["traveller", "Train at 7:12, platform 4. Seats are booked."],
      ["sample", "I bring the sandwiches and a map, in case there is no network."],
      ["traveller", "The address of the cottage: last house before the lighthouse."],
      ["sample", "Saved. Being able to read this in ten years would be nice."],
    ],
  },
];
