using System.Globalization;

namespace Mbsa.Vm.Storage;

/// <summary>
/// The parameters of a wear policy, as the super block keeps them: "q=128 t=64 atomic". Each is taken once; what is left over is unknown.
/// </summary>
internal sealed class WearParameters
{
    private readonly string _policy;
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];

    /// <summary>Reads the text.</summary>
    /// <exception cref="InputException">A parameter stands there twice.</exception>
    public WearParameters(string policy, string text)
    {
        _policy = policy;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = word.Split('=', 2) is [var before, var after] ? (before, after) : (word, "");
            if (!_values.TryAdd(name, value))
            {
                throw new InputException($"wear policy '{_policy}': '{name}' is given twice");
            }
        }
    }

    /// <summary>Takes a whole number.</summary>
    /// <exception cref="InputException">It is none, or out of range.</exception>
    public uint Number(string name, uint otherwise, uint min, uint max)
    {
        _known.Add($"{name}=N");
        return !_values.Remove(name, out var text) ? otherwise
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number
                >= min && number <= max ? number
            : throw new InputException($"wear policy '{_policy}': '{name}={text}': a whole number from {min} to {max} was expected");
    }

    /// <summary>Takes a word that is there or not.</summary>
    /// <exception cref="InputException">It has a value.</exception>
    public bool Flag(string name)
    {
        _known.Add(name);
        return _values.Remove(name, out var text) && (text.Length == 0 ? true
            : throw new InputException($"wear policy '{_policy}': '{name}={text}': '{name}' takes no value"));
    }

    /// <summary>All have been taken.</summary>
    /// <exception cref="InputException">Something is left over.</exception>
    public void End()
    {
        if (_values.Count > 0)
        {
            throw new InputException($"wear policy '{_policy}' has no parameter '{_values.Keys.First()}'; "
                + $"it has {(_known.Count == 0 ? "none" : string.Join(", ", _known))}");
        }
    }
}
