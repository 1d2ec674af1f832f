Console.WriteLine("mbsa");
