/** A server that is killed while it receives an upload. */
import { UploadFolders } from "../../../lib/serving/files/upload_folders.ts";

const folders = await UploadFolders.open(Deno.args[0]!);
await folders.make();
console.log("ready");
setInterval(() => {}, 1000);
