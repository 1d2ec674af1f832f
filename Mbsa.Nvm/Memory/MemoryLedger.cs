using System.Globalization;

namespace Mbsa.Nvm.Memory;

/// <summary>
/// What is held of the operating system's memory: whoever takes enters it here, whoever gives back strikes it out. A program makes one and
/// asserts at its end that it is empty; a test makes its own. Thread-safe.
/// </summary>
public sealed class MemoryLedger
{
    private readonly SortedDictionary<string, int> _owners = new(StringComparer.Ordinal);
    private long _ranges, _rangeBytes, _mappings, _mappedBytes, _descriptors, _keys;

    /// <summary>Address ranges reserved and not yet given back.</summary>
    public long ReservedRanges => Interlocked.Read(ref _ranges);

    /// <summary>Addresses reserved, in bytes. An address costs nothing until something is mapped behind it.</summary>
    public long ReservedBytes => Interlocked.Read(ref _rangeBytes);

    /// <summary>Pieces of devices mapped into address ranges.</summary>
    public long Mappings => Interlocked.Read(ref _mappings);

    /// <summary>Bytes of devices mapped; a byte mapped twice counts twice. Sparse memory takes room only once it is touched.</summary>
    public long MappedBytes => Interlocked.Read(ref _mappedBytes);

    /// <summary>File descriptors open.</summary>
    public long OpenDescriptors => Interlocked.Read(ref _descriptors);

    /// <summary>Protection keys of the processor taken.</summary>
    public long ProtectionKeys => Interlocked.Read(ref _keys);

    /// <summary>Whether all has been given back.</summary>
    public bool IsEmpty =>
        ReservedRanges == 0 && ReservedBytes == 0 && Mappings == 0 && MappedBytes == 0 && OpenDescriptors == 0 && ProtectionKeys == 0;

    /// <summary>The ledger in a line, for people.</summary>
    public string Describe() => IsEmpty
        ? "no memory held"
        : string.Create(CultureInfo.InvariantCulture, $"{ReservedRanges} address ranges of {ReservedBytes} bytes, "
            + $"{Mappings} mappings of {MappedBytes} bytes, {OpenDescriptors} open descriptors, {ProtectionKeys} protection keys; "
            + $"held by {string.Join(", ", Owners)}");

    /// <summary>Who holds address ranges and descriptors, for people; whoever holds several says how many.</summary>
    public IReadOnlyList<string> Owners
    {
        get
        {
            lock (_owners)
            {
                return [.. _owners.Select(owner => owner.Value == 1 ? owner.Key : $"{owner.Key} ({owner.Value})")];
            }
        }
    }

    internal void Reserved(long bytes, string owner)
    {
        Enter(ref _ranges, 1, ref _rangeBytes, bytes);
        Enter(owner, 1);
    }

    internal void Unreserved(long bytes, string owner)
    {
        Enter(ref _ranges, -1, ref _rangeBytes, -bytes);
        Enter(owner, -1);
    }

    internal void Mapped(long bytes) => Enter(ref _mappings, 1, ref _mappedBytes, bytes);

    internal void Unmapped(long mappings, long bytes) => Enter(ref _mappings, -mappings, ref _mappedBytes, -bytes);

    internal void Opened(string owner)
    {
        Interlocked.Increment(ref _descriptors);
        Enter(owner, 1);
    }

    internal void Closed(string owner)
    {
        Interlocked.Decrement(ref _descriptors);
        Enter(owner, -1);
    }

    internal void KeyTaken() => Interlocked.Increment(ref _keys);

    internal void KeyFreed() => Interlocked.Decrement(ref _keys);

    private static void Enter(ref long count, long counts, ref long total, long bytes)
    {
        Interlocked.Add(ref count, counts);
        Interlocked.Add(ref total, bytes);
    }

    private void Enter(string owner, int count)
    {
        lock (_owners)
        {
            var held = _owners.GetValueOrDefault(owner) + count;
            if (held == 0)
            {
                _owners.Remove(owner);
            }
            else
            {
                _owners[owner] = held;
            }
        }
    }
}
