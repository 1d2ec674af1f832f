namespace Mbsa.Vm.Workload.Random;

/// <summary>
/// Logarithm, exponential and power made of +, -, * and / alone, which IEEE 754 rounds in one way only. So they give the same bits on every
/// processor and with every C library, which Math.Log, Math.Exp and Math.Pow do not promise. Relative error: at most about 1e-15 for
/// <see cref="Log"/> and <see cref="Exp"/>; for <see cref="Pow"/> about 1e-16 times the size of y ln x more,
/// so 1e-14 where a result is within e^-50 and e^50.
/// </summary>
public static class DeterministicMath
{
    // ln 2 in two parts: the first has its low 21 bits clear, so that a multiple of it by an exponent is exact.
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double InverseLn2 = 1.44269504088896338700;
    private const double Sqrt2 = 1.41421356237309514547;
    private const int MantissaBits = 52;
    private const int ExponentBias = 1023;

    /// <summary>Natural logarithm. NaN for a negative number or NaN, minus infinity for 0.</summary>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
        {
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        }

        var shift = 0;
        if (!double.IsNormal(x))
        {
            x *= 1UL << 54;
            shift = 54;
        }

        // x = m * 2^exponent with m between sqrt(1/2) and sqrt(2); ln m = 2 artanh s with s = (m - 1) / (m + 1), |s| < 0.1716.
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> MantissaBits) - ExponentBias;
        var m = BitConverter.Int64BitsToDouble((bits & ((1L << MantissaBits) - 1)) | ((long)ExponentBias << MantissaBits));
        if (m > Sqrt2)
        {
            m *= 0.5;
            exponent++;
        }

        exponent -= shift;
        var s = (m - 1) / (m + 1);
        var z = s * s;
        var z2 = z * z;
        var odd = (1.0 / 3) + (z2 * ((1.0 / 7) + (z2 * ((1.0 / 11) + (z2 * ((1.0 / 15) + (z2 * (1.0 / 19))))))));
        var even = (1.0 / 5) + (z2 * ((1.0 / 9) + (z2 * ((1.0 / 13) + (z2 * ((1.0 / 17) + (z2 * (1.0 / 21))))))));
        var tail = 2 * s * z * (odd + (z * even));
        return (exponent * Ln2High) + ((2 * s) + (tail + (exponent * Ln2Low)));
    }

    /// <summary>e to the power of x. Infinity above 709.79, 0 below -745.2.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x))
        {
            return x;
        }

        if (x > 709.79 || x < -745.2)
        {
            return x > 0 ? double.PositiveInfinity : 0;
        }

        // x = k ln 2 + r with |r| < 0.347; e^r by Taylor to r^13, even and odd terms apart so that they can be computed side by side.
        var k = (int)((x * InverseLn2) + (x < 0 ? -0.5 : 0.5));
        var r = x - (k * Ln2High) - (k * Ln2Low);
        var z = r * r;
        var even = (1.0 / 2)
            + (z * ((1.0 / 24) + (z * ((1.0 / 720) + (z * ((1.0 / 40320) + (z * ((1.0 / 3628800) + (z * (1.0 / 479001600))))))))));
        var odd = (1.0 / 6)
            + (z * ((1.0 / 120) + (z * ((1.0 / 5040) + (z * ((1.0 / 362880) + (z * ((1.0 / 39916800) + (z * (1.0 / 6227020800))))))))));
        var result = 1 + (r + (z * (even + (r * odd))));
        return Scale(result, k);
    }

    /// <summary>x to the power of y, for x of 0 or more.</summary>
    public static double Pow(double x, double y)
    {
        if (y == 0 || x == 1)
        {
            return 1;
        }

        return Exp(y * Log(x));
    }

    // Times 2^k; in two steps, so that results below the normal range are rounded once and none overflows on the way.
    private static double Scale(double value, int k)
    {
        var half = k / 2;
        return value * PowerOfTwo(half) * PowerOfTwo(k - half);
    }

    private static double PowerOfTwo(int k) => BitConverter.Int64BitsToDouble((long)(k + ExponentBias) << MantissaBits);
}
