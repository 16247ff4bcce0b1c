import { signIn } from "./matrix.js";
import "./key-backup-sync/key-backup-sync.js";

const client = await signIn(new URLSearchParams(location.search));
document.querySelector("key-backup-sync").client = client;
