/** How bad and how often, short: " 4·2", with a dash for what nobody has said; empty when nobody has said either. */
export function degreesOf(severity: number | undefined, likelihood: number | undefined): string {
  if (severity === undefined && likelihood === undefined) return "";
  return ` ${[severity, likelihood].map((d) => (d === undefined ? "–" : String(d))).join("·")}`;
}
