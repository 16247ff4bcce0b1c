import { openDB } from "idb";

/** As a profile that is restored from an older copy: the Olm account is the same, and no room key is there. */
export async function forgetRoomKeys(databaseName: string): Promise<void> {
  const database = await openDB(databaseName);
  await database.clear("inbound_group_sessions3");
  database.close();
}
