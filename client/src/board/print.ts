/** The event that asks the open board to print itself. */
export const PRINT = "openmic-print";
