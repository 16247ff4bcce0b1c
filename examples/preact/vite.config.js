export default { build: { target: "es2022" }, esbuild: { jsx: "automatic", jsxImportSource: "preact" } };
