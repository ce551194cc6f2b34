/** Shows how far a replay of recordings is. */
package io.github.gmem4j.cli.replaying;
