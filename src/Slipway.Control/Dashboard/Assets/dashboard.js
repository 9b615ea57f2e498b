// The dashboard's scripts: each takes the parts of the page that it knows by their data- attributes.
import { wireCalls } from "./calls.js";
import { wireConfig } from "./config.js";
import { wireDrops } from "./drop.js";
import { wireSteps } from "./steps.js";
import { wireLogs } from "./logs.js";
import { wireSetup } from "./setup.js";
import { keepLive } from "./live.js";

wireCalls(document);
wireConfig(document);
wireDrops(document);
wireSteps(document);
wireLogs(document);
wireSetup(document);
keepLive();
