import { useEffect, useState } from "react";

/** The colours of the style sheet for what draws by itself; a new function when the theme changes. */
export function useColors(): (name: string) => string {
  const [colorOf, setColorOf] = useState(lookup);
  useEffect(() => {
    const changed = () => setColorOf(lookup);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", changed);
    return () => {
      observer.disconnect();
      dark.removeEventListener("change", changed);
    };
  }, []);
  return colorOf;
}

function lookup(): (name: string) => string {
  const style = getComputedStyle(document.documentElement);
  const known = new Map<string, string>();
  return (name) => {
    let color = known.get(name);
    if (color === undefined) known.set(name, (color = style.getPropertyValue(name).trim()));
    return color;
  };
}
