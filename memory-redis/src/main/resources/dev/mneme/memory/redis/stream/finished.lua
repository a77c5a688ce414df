local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end

local function before(a, b)
  local am, as = parts(a)
  local bm, bs = parts(b)
  return am < bm or (am == bm and as < bs)
end

local function fields(flat)
  local named = {}
  for i = 1, #flat, 2 do
    named[flat[i]] = flat[i + 1]
  end
  return named
end

-- the groups of a stream; none if there is no stream
local function groups(key)
  local found = redis.call('EXISTS', key) == 1 and redis.call('XINFO', 'GROUPS', key) or {}
  for i = 1, #found do
    found[i] = fields(found[i])
  end
  return found
end

-- the oldest entry that some group has not finished is not below this id; nil if there is no group, and nothing is known
local function floor(key)
  local least
  for _, group in ipairs(groups(key)) do
    local id
    if group['pending'] > 0 then
      id = redis.call('XPENDING', key, group['name'])[2]
    end
    if not id then
      local ms, seq = parts(group['last-delivered-id'])
      id = string.format('%.0f-%.0f', ms, seq + 1)
    end
    if not least or before(id, least) then
      least = id
    end
  end
  return least
end

