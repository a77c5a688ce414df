-- Drops values, leases or scope versions of one bucket, renews the bucket's version and tells all nodes of both, in one
-- atomic step: whoever sees the new version can know what it took away.
--
-- The new version's name is made of the name before it, so that equal names mean equal histories: no late or repeated
-- script can bring back a name that stood for another state, not even after a failover that lost the last writes.
--
-- KEYS  1 version of the bucket, 2.. what is dropped
-- ARGV  1 channel, 2 bucket, 3 random, 4 what the nodes are told
-- gives how many of the keys there were
local before = redis.call('GET', KEYS[1])
local count
if before then
  count = tonumber(string.match(before, '^%d+'))
else
  local time = redis.call('TIME')
  count = time[1] * 1000 + math.floor(time[2] / 1000)
end
-- what deletes comes first: a server out of memory refuses a script only before its first write
local dropped = 0
for i = 2, #KEYS, 1000 do
  dropped = dropped + redis.call('UNLINK', unpack(KEYS, i, math.min(i + 999, #KEYS)))
end
local after = string.format('%d:', count + 1) .. string.sub(redis.sha1hex((before or '') .. ARGV[3]), 1, 20)
redis.call('SET', KEYS[1], after)
redis.call('PUBLISH', ARGV[1], ARGV[2] .. ' ' .. (before or '-') .. ' ' .. after .. ' ' .. ARGV[4])
return dropped
