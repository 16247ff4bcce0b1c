import "key-backup-sync/components";
import { signIn } from "sign-in";

const client = await signIn(new URLSearchParams(location.search));
document.querySelector("key-backup-sync").client = client;
