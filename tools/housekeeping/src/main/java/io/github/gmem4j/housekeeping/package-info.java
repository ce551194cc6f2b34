/** Checks of the repository itself. */
@NullMarked
package io.github.gmem4j.housekeeping;

import org.jspecify.annotations.NullMarked;
