/** What happened in a scenario, in order, with its simulated time. */
package io.github.gmem4j.cli.journal;
