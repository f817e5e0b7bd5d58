/** `setup`: installs a GPU driver where there is none. */
import { taskCommand } from "../terminal/task_command.ts";
import { defineCommand } from "../cli/args.ts";
import { adapterName, DRIVER_PACKAGES, install, installPlan, thisMachine } from "../cli/driver.ts";

export const command = defineCommand({
  name: "setup",
  summary: "Installs a software GPU driver where there is no GPU (Debian, Ubuntu)",
  positionals: [],
  options: {
    check: { type: "boolean", about: "only check; install nothing" },
  },
  async run({ check }) {
    const name = await adapterName();
    if (name !== null) return console.error(`GPU: ${name}`);
    const cause = "Cannot find a GPU: no Vulkan driver answers";
    if (check) throw new Error(`${cause}; run \`${taskCommand("setup")}\``);
    const plan = installPlan(await thisMachine());
    if ("obstacle" in plan) {
      throw new Error(`${cause}, and none can be installed here: ${plan.obstacle}`);
    }
    console.error(`No GPU answers; installing ${DRIVER_PACKAGES.join(", ")} with apt-get`);
    await install(plan.commands);
    // A process asks the drivers only once, so another one has to check.
    const self = Deno.build.standalone ? [] : ["run", "-A", Deno.mainModule];
    const args = [...self, "setup", "--check"];
    const { success } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).spawn()
      .status;
    if (!success) {
      throw new Error(`Cannot use the driver that was installed: run \`${taskCommand("doctor")}\``);
    }
  },
});
