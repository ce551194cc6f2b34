/** From a scenario file to a {@code Scenario}, strictly: what is not understood is an error. */
package io.github.gmem4j.cli.reading;
