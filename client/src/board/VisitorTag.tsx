import { useTranslation } from "react-i18next";
import { useVisitors } from "./context";
import type { Visitor } from "./context";

/** Says in their colour who else is here, and what they do. */
export function VisitorTag({ visitors }: { visitors: readonly Visitor[] }) {
  const { t } = useTranslation();
  const [visitor] = visitors;
  if (!visitor) return null;
  return (
    <span className="visitor" style={{ backgroundColor: `var(--person-${String(visitor.color)})` }}>
      {t(`note.${visitor.doing}`, { name: visitor.name || t("someone") })}
      {visitors.length > 1 && ` +${String(visitors.length - 1)}`}
    </span>
  );
}

/** Around the name of a step or a lane that somebody else is at. */
export function PartVisitors({ target }: { target: string }) {
  const visitors = useVisitors(target);
  const [visitor] = visitors;
  if (!visitor) return null;
  return (
    <span className="part-visitors" data-testid="part-visitors" style={{ outlineColor: `var(--person-${String(visitor.color)})` }}>
      <VisitorTag visitors={visitors} />
    </span>
  );
}
