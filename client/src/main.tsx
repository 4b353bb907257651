import "@fontsource-variable/inter/wght.css";
import "./app/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { ErrorBoundary } from "./app/ErrorBoundary";
import { startTheme } from "./app/theme";
import { startLanguage } from "./i18n";

startTheme();
const root = document.getElementById("root");
if (root) {
  void startLanguage().then(() => {
    createRoot(root).render(
      <StrictMode>
        <ErrorBoundary>
          <App />
        </ErrorBoundary>
      </StrictMode>,
    );
  });
}
