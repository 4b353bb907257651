import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";

const here = name => fileURLToPath(new URL(name, import.meta.url));

export default {
  root: here("."),
  base: "./",
  plugins: [react()],
  resolve: { dedupe: ["react", "react-dom"] },
  build: {
    outDir: here("../dist"),
    emptyOutDir: true,
    target: "es2022",
    rollupOptions: { input: [here("excalidraw.html"), here("xyflow.html")] },
    chunkSizeWarningLimit: 5000,
  },
};
