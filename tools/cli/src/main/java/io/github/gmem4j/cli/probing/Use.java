package io.github.gmem4j.cli.probing;

/**
 * One thing of this library, and whether it can be used on a host.
 *
 * @param what the thing
 * @param usable whether it can
 * @param why where, or why not
 */
record Use(String what, boolean usable, String why) {}
