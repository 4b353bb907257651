import { useTranslation } from "react-i18next";

export function Loading() {
  const { t } = useTranslation();
  return (
    <main className="page">
      <p className="loading" role="status">
        {t("board.loading")}
      </p>
    </main>
  );
}
