/** Memory for services that host agents: what all nodes of a host share, on one process or on a server. */
@NullMarked
package dev.mneme.memory;

import org.jspecify.annotations.NullMarked;
