export default {
  // The development server of Vite before 8 loses the files beside these.
  optimizeDeps: { exclude: ["key-backup-sync", "@matrix-org/matrix-sdk-crypto-wasm"] },
  // For `await` at the top of a module.
  build: { target: "es2022" },
};
