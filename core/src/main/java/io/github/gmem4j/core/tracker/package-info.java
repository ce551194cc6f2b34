/** Which pages of a guest are private and which are shared. */
package io.github.gmem4j.core.tracker;
