/**
 * One story under several policies: plays it under each, counts, and lays the counts side by side.
 */
package io.github.gmem4j.cli.comparing;
