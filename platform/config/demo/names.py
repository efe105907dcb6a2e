"""Names for invented people, as they are in Norway today. No two of one surname are meant to be a family."""

FEMALE = (
    "Anne", "Astrid", "Aase", "Ása", "Berit", "Camilla", "Elif", "Emma", "Ewa", "Farah", "Gro", "Gunhild", "Hanna",
    "Hege", "Ingeborg", "Ingvild", "Iryna", "Jorunn", "Kaja", "Kristin", "Liv", "Mari", "Marie", "Máret", "Maryam",
    "Mette", "Noor", "Oddny", "Ragnhild", "Rania", "Rebecca", "Runa", "Sahra", "Sara", "Selma", "Sigrid", "Silje",
    "Solveig", "Sunniva", "Synnøve", "Tharani", "Thea", "Tuva", "Vilde", "Yasmin", "Ylva", "Åshild", "Ánne",
)  # fmt: skip
MALE = (
    "Abdi", "Adrian", "Ahmed", "Aksel", "Ali", "Anders", "Arvid", "Áilu", "Birk", "Bjarne", "Dag", "Daniel",
    "Eirik", "Elias", "Espen", "Finn", "Fredrik", "Geir", "Håkon", "Halvor", "Ivar", "Jakub", "Jan", "Joakim",
    "Johan", "Jørgen", "Kenneth", "Khalid", "Knut", "Magnus", "Mats", "Mehmet", "Mohammed", "Nils", "Odd",
    "Øystein", "Omar", "Rolf", "Rune", "Sander", "Sindre", "Stian", "Svein", "Tariq", "Terje", "Torbjørn", "Trond",
    "Vegard", "Yngve", "Ørjan",
)  # fmt: skip
FAMILY = (
    "Aamodt", "Abebe", "Ahmadi", "Andersen", "Arnesen", "Aune", "Bakke", "Berge", "Brekke", "Bråten", "Christensen",
    "Dale", "Demir", "Eira", "Eliassen", "Engen", "Eriksen", "Farah", "Fjeld", "Foss", "Fredriksen", "Gaup",
    "Gulbrandsen", "Haddad", "Hagen", "Halvorsen", "Hassan", "Haug", "Helland", "Holm", "Hovland", "Ibrahim",
    "Isaksen", "Jacobsen", "Jensen", "Johannessen", "Kaur", "Khan", "Kovalenko", "Kristoffersen", "Larsen",
    "Lervik", "Lind", "Lunde", "Lyngstad", "Magga", "Martinsen", "Moe", "Mohamud", "Mæland", "Nguyen", "Nordli",
    "Næss", "Nowak", "Olsen", "Osman", "Østli", "Pedersen", "Petrenko", "Rasmussen", "Rønning", "Sandvik",
    "Sivakumar", "Skaar", "Solberg", "Somby", "Sørensen", "Stene", "Strøm", "Sunde", "Svendsen", "Sæther",
    "Tesfaye", "Thorsen", "Tran", "Tveit", "Utsi", "Vik", "Vårum", "Wiik", "Yılmaz", "Ødegård", "Åsen", "Özdemir",
)  # fmt: skip
