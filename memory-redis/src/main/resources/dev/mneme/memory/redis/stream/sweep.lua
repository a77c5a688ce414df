-- Removes consumers that have not been heard of for long and hold nothing, as processes that died leave them.
--
-- KEYS  1-4 the streams
-- ARGV  1 idle milliseconds
-- gives how many it removed
local removed = 0
for p = 1, 4 do
  for _, group in ipairs(groups(KEYS[p])) do
    for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[p], group['name'])) do
      local named = fields(consumer)
      if named['pending'] == 0 and named['idle'] > tonumber(ARGV[1]) then
        redis.call('XGROUP', 'DELCONSUMER', KEYS[p], group['name'], named['name'])
        removed = removed + 1
      end
    end
  end
end
return removed
