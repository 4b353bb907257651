import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "test-results", "test/stock", "test/provider", "bench", "public"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "no-restricted-imports": [
        "error",
        {
          paths: [
            { name: "@automerge/automerge", message: "Import @automerge/automerge/slim." },
            { name: "@automerge/automerge-repo", message: "Import @automerge/automerge-repo/slim." },
          ],
        },
      ],
    },
  },
);
