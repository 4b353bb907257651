import { useTranslation } from "react-i18next";

/** How many comments are about a part of the board. */
export function Said({ count, about }: { count: number; target: string; about: string }) {
  const { t } = useTranslation();
  if (count === 0) return null;
  return (
    <span className="item-said" title={about}>
      {t("outline.said", { count })}
    </span>
  );
}
