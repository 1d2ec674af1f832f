namespace Mbsa.Vm.Storage;

/// <summary>How every block read is checked against what was written to it.</summary>
public enum VerifyMethod
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>A header that names block, generation and seed; the rest of the block is not looked at (fio's <c>meta</c>).</summary>
    Meta,

    /// <summary>The header, and a CRC-32C over the whole block (fio's <c>crc32c</c>).</summary>
    Crc32c,
}
