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
  {
    // The server's interpreter runs this, where a regular expression costs more than the text it is for; and nobody should wait for Automerge to see a board.
    files: ["src/drawing/**/*.ts"],
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ group: ["@automerge/*"], message: "A drawing is made without Automerge." }] }],
      "no-restricted-syntax": [
        "error",
        { selector: "Literal[regex]", message: "No regular expressions in a drawing." },
        { selector: "NewExpression[callee.name='RegExp'], CallExpression[callee.name='RegExp']", message: "No regular expressions in a drawing." },
      ],
    },
  },
);
