/**
 * The virtual machine as its VMM sees it: slots, vCPUs, what {@code run()} returns and what is said
 * back. For VMM authors and backends. Stability: experimental until 1.0.
 */
package io.github.gmem4j.api.vm;
