/** From bytes to typed sequences; whatever cannot be understood ends the reading. */
package io.github.gmem4j.conformance.reading;
