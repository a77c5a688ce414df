-- Makes an event a dead letter of its group: acknowledges it and, only if it was pending still, keeps a copy. The entry
-- stays for the other groups.
--
-- KEYS  1 the stream, 2 the group's dead letters
-- ARGV  1 group, 2 id, 3 reason, 4 deliveries, 5 priority (1-4), 6 how many dead letters there may be
-- gives 1, or 0 if it was not pending or is gone, or -1 if there is no room: then it stays pending
if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[6]) then
  return -1
end
local entry = redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2])[1]
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 or not entry then
  return 0
end
local copy = entry[2]
for _, field in ipairs({'r', ARGV[3], 'c', ARGV[4], 'p', ARGV[5]}) do
  table.insert(copy, field)
end
redis.call('XADD', KEYS[2], '*', unpack(copy))
return 1
