// First: the rest relies on what these find.
import "./app/storage";
import "./embed/frame";
import "@fontsource-variable/inter/wght.css";
import "./app/base.css";
import "./app/contrast.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { ErrorBoundary } from "./app/ErrorBoundary";
import { startTheme } from "./app/theme";
import { reloadWhenParted } from "./app/version";
import { startLanguage } from "./i18n";

startTheme();
reloadWhenParted();
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
