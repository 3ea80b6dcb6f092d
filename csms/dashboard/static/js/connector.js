/** The page of one connector: its course. */

import { ConnectorCourse } from "./connector_course.js";

const part = document.querySelector(".connector-course");
if (part) new ConnectorCourse(part).show();
