/** Plays a scenario step by step and notes what happens and which expectations hold. */
package io.github.gmem4j.cli.playing;
