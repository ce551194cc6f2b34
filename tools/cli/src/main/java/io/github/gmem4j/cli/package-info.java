/** The command line: commands, options, exit codes. */
package io.github.gmem4j.cli;
