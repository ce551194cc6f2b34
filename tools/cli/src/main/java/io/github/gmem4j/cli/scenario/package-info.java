/** What a scenario says, as plain values. */
package io.github.gmem4j.cli.scenario;
