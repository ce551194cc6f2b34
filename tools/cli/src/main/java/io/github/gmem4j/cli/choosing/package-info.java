/** Finds the policies that are installed, and those that a class path adds. */
package io.github.gmem4j.cli.choosing;
