-- Erases a tenant's entries from a part of one stream, for all its groups.
--
-- KEYS  1 the stream
-- ARGV  1 tenant, 2 after which id, 3 how many to look at, 4 channel
-- gives the last id looked at (empty at the end), and the ids of the events that were erased
local entries = redis.call('XRANGE', KEYS[1], '(' .. ARGV[2], '+', 'COUNT', ARGV[3])
local erased, known = {}, nil
for _, entry in ipairs(entries) do
  if entry[2][6] == ARGV[1] then
    known = known or groups(KEYS[1])
    for _, group in ipairs(known) do
      redis.call('XACK', KEYS[1], group['name'], entry[1])
    end
    redis.call('XDEL', KEYS[1], entry[1])
    erased[#erased + 1] = entry[2][2]
  end
end
local last = #entries == tonumber(ARGV[3]) and entries[#entries][1] or ''
if last == '' then
  redis.call('PUBLISH', ARGV[4], 'e' .. ARGV[1])
end
return {last, erased}
