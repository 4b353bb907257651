/** The words for a board as a picture: saving, PDF and printing. */
export const drawn = {
  pictures: "To look at",
  data: "To go on with",
  svg: "SVG, a drawing of any size",
  png: "PNG, a picture",
  png2: "PNG, twice as fine",
  pdf: "PDF, the whole board on one page",
  pdfA4: "PDF, A4 sheets to put together",
  pdfA3: "PDF, A3 sheets to put together",
  print: "Print",
  working: "Drawing the board…",
  page: "Drawing sheet {{page}} of {{pages}}…",
  smaller: "The picture is smaller than asked for: the board is too large for this browser.",
  sheet: "{{title}} · sheet {{page}} of {{pages}} · row {{row}}, column {{column}}",
};
