namespace Mbsa.Nvm;

/// <summary>The device cannot do what was asked, or what it holds is damaged. The message names the structure and is for people.</summary>
/// <param name="structure">Where: "GMB", "NAT entry 3", "page table of child device 'oltp'".</param>
/// <param name="message">What is wrong, and what would be right.</param>
public sealed class NvmException(string structure, string message) : Exception($"{structure}: {message}")
{
    /// <summary>The structure that the message is about.</summary>
    public string Structure { get; } = structure;
}
