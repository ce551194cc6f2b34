/**
 * A host process that is not modelled: areas of this JVM's own address space, at addresses of their
 * own, reached so that a fault is an answer; and vCPUs that cannot hang.
 */
package io.github.gmem4j.conformance.real;
