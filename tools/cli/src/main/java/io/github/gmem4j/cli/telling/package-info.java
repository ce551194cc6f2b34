/** Puts what happened into words and shows it: timeline, JSON lines, sequence diagram. */
package io.github.gmem4j.cli.telling;
