-- Appends an event to its session, which begins with it if there is none, and tells all nodes.
--
-- KEYS  1 the head of the session, 2 its window
-- ARGV  1-5 as above, 6 channel, 7 what all nodes are told, before the event's id, then the event: id, type, key, priority, bytes
-- gives the incarnation and the event's number
last = last + 1
redis.call('XADD', KEYS[2], whole(last) .. '-' .. whole(now), 'i', ARGV[8], 't', ARGV[9], 'k', ARGV[10], 'p', ARGV[11],
  'd', ARGV[12])
bytes = bytes + #ARGV[12]
trim(1)
keep()
renew()
redis.call('PEXPIRE', KEYS[2], ttl)
redis.call('PUBLISH', ARGV[6], ARGV[7] .. incarnation .. '-' .. whole(last - base))
return {incarnation, last - base}
