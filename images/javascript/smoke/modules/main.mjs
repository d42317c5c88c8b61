import _ from "lodash";
import { double } from "./double.mjs";

const { default: os } = await import("node:os");
console.log(_.capitalize("modules"), double(21), typeof os.cpus);
