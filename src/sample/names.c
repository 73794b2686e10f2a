#include "sample/names.h"

#include "sample/draw.h"

#include <stdio.h>
#include <string.h>

#define LIST(name) (name), (int)(sizeof(name) / sizeof(name)[0])

static const char *const girls_english[] = {
    "Abigail",   "Alice",  "Amelia", "Audrey",   "Ava",     "Beth",    "Brooke", "Caroline",
    "Charlotte", "Chloe",  "Claire", "Daisy",    "Eleanor", "Eliza",   "Ella",   "Emily",
    "Emma",      "Evelyn", "Fiona",  "Grace",    "Hannah",  "Harper",  "Hazel",  "Heidi",
    "Holly",     "Isla",   "Ivy",    "Jane",     "Josie",   "Julia",   "Kate",   "Lily",
    "Lucy",      "Lydia",  "Maeve",  "Margaret", "Mary",    "Matilda", "Molly",  "Nora",
    "Olive",     "Olivia", "Paige",  "Penny",    "Phoebe",  "Quinn",   "Rachel", "Rose",
    "Ruby",      "Sadie",  "Sarah",  "Scarlett", "Sophie",  "Stella",  "Tessa",  "Violet",
    "Willa",     "Zoë"};
static const char *const boys_english[] = {
    "Adam",    "Alan",   "Andrew", "Asher",  "Austin",  "Ben",    "Blake", "Caleb",  "Calvin",
    "Charlie", "Cole",   "Connor", "Daniel", "David",   "Dylan",  "Eli",   "Elliot", "Ethan",
    "Everett", "Finn",   "Gavin",  "George", "Graham",  "Grant",  "Henry", "Hudson", "Ian",
    "Isaac",   "Jack",   "Jacob",  "James",  "Jasper",  "Joel",   "John",  "Jonah",  "Joshua",
    "Leo",     "Liam",   "Logan",  "Lucas",  "Luke",    "Mason",  "Max",   "Miles",  "Nathan",
    "Noah",    "Oliver", "Oscar",  "Owen",   "Peter",   "Robert", "Ryan",  "Sam",    "Silas",
    "Simon",   "Theo",   "Thomas", "Wesley", "William", "Wyatt"};
static const char *const family_english[] = {
    "Abbott",   "Adams",   "Alden",     "Archer",   "Atwood",   "Bailey",  "Baker",    "Barton",
    "Bennett",  "Bishop",  "Blackwell", "Bolton",   "Booth",    "Bradley", "Brooks",   "Burke",
    "Burns",    "Butler",  "Carter",    "Chandler", "Clark",    "Coleman", "Collins",  "Cooper",
    "Cross",    "Dalton",  "Dawson",    "Dixon",    "Doyle",    "Draper",  "Ellis",    "Emery",
    "Fischer",  "Fisher",  "Fletcher",  "Foster",   "Fox",      "Gardner", "Gibson",   "Glover",
    "Graves",   "Griffin", "Hale",      "Harding",  "Harper",   "Hayes",   "Hoffman",  "Holt",
    "Hughes",   "Hunter",  "Jensen",    "Keller",   "Kelly",    "Knight",  "Kowalski", "Lambert",
    "Larsen",   "Lawson",  "Marsh",     "Mason",    "McBride",  "Mercer",  "Meyer",    "Miller",
    "Morgan",   "Murphy",  "Nelson",    "Novak",    "O'Brien",  "Olson",   "Parker",   "Perry",
    "Porter",   "Quinn",   "Reed",      "Roberts",  "Rowe",     "Schmidt", "Shaw",     "Shepherd",
    "Sinclair", "Snyder",  "Stone",     "Sutton",   "Thatcher", "Turner",  "Wagner",   "Walsh",
    "Warner",   "Webb",    "Weaver",    "Wells",    "Whitaker", "Wolfe",   "Wood",     "Young",
    "Ziegler",  "Zimmer"};
static const char *const girls_spanish[] = {
    "Adriana",   "Alejandra", "Alicia",    "Ana",      "Andrea",   "Araceli", "Beatriz",
    "Camila",    "Carmen",    "Carolina",  "Catalina", "Clara",    "Daniela", "Elena",
    "Esperanza", "Fernanda",  "Gabriela",  "Inés",     "Isabel",   "Jimena",  "Lucía",
    "Luisa",     "Luz",       "Magdalena", "Marisol",  "María",    "Mónica",  "Natalia",
    "Paloma",    "Paula",     "Pilar",     "Regina",   "Renata",   "Rocío",   "Rosa",
    "Sofía",     "Teresa",    "Valentina", "Valeria",  "Verónica", "Ximena",  "Yolanda"};
static const char *const boys_spanish[] = {
    "Adrián",   "Alejandro", "Andrés",    "Ángel",     "Antonio", "Arturo",  "Carlos",   "César",
    "Cristian", "Daniel",    "Diego",     "Eduardo",   "Emilio",  "Enrique", "Ernesto",  "Esteban",
    "Felipe",   "Fernando",  "Francisco", "Gael",      "Gerardo", "Hugo",    "Ignacio",  "Iker",
    "Javier",   "Joaquín",   "Jorge",     "José",      "Juan",    "Julio",   "Leonardo", "Luis",
    "Manuel",   "Marcos",    "Mateo",     "Miguel",    "Óscar",   "Pablo",   "Rafael",   "Ramón",
    "Ricardo",  "Rodrigo",   "Santiago",  "Sebastián", "Tomás"};
static const char *const family_spanish[] = {
    "Acosta",    "Aguilar",   "Alvarado", "Arroyo",    "Ávila",     "Barrera",  "Benítez",
    "Blanco",    "Bravo",     "Cabrera",  "Calderón",  "Campos",    "Cárdenas", "Castillo",
    "Cervantes", "Contreras", "Cortés",   "Cruz",      "Delgado",   "Díaz",     "Domínguez",
    "Escobar",   "Espinoza",  "Estrada",  "Fernández", "Figueroa",  "Flores",   "Fuentes",
    "Gallegos",  "García",    "Gómez",    "Guerrero",  "Gutiérrez", "Herrera",  "Ibarra",
    "Jiménez",   "Juárez",    "Lara",     "León",      "López",     "Luna",     "Maldonado",
    "Márquez",   "Medina",    "Mejía",    "Mendoza",   "Molina",    "Montes",   "Morales",
    "Moreno",    "Muñoz",     "Navarro",  "Núñez",     "Ochoa",     "Orozco",   "Ortega",
    "Pacheco",   "Padilla",   "Peña",     "Pérez",     "Quintero",  "Ramos",    "Reyes",
    "Ríos",      "Robles",    "Rojas",    "Romero",    "Rosales",   "Ruiz",     "Salazar",
    "Sandoval",  "Serrano",   "Solís",    "Soto",      "Suárez",    "Trejo",    "Valdez",
    "Vargas",    "Vega",      "Velasco",  "Zamora"};
static const char *const girls_african_american[] = {
    "Aaliyah",   "Amara",   "Aniyah",  "Ayana",   "Brianna", "Ebony",   "Essence",
    "Gabrielle", "Imani",   "Janelle", "Jasmine", "Jada",    "Kayla",   "Kiara",
    "Laila",     "Latoya",  "Makayla", "Monique", "Naomi",   "Nia",     "Raven",
    "Sasha",     "Shanice", "Simone",  "Tamia",   "Tiana",   "Trinity", "Zaria"};
static const char *const boys_african_american[] = {
    "Amari",  "Andre",    "Cedric", "Darius", "Darnell", "DeShawn", "Dominic",
    "Elijah", "Isaiah",   "Jalen",  "Jamal",  "Jaylen",  "Kareem",  "Kendrick",
    "Khalil", "Lamar",    "Malik",  "Marcus", "Marquis", "Micah",   "Quincy",
    "Rashad", "Terrence", "Trevon", "Tyrell", "Tyrone",  "Xavier",  "Zion"};
static const char *const family_african_american[] = {
    "Alexander", "Banks",    "Battle",    "Booker",  "Bryant",  "Chambers", "Coleman",    "Cooper",
    "Daniels",   "Dorsey",   "Franklin",  "Freeman", "Gaines",  "Glover",   "Grant",      "Hampton",
    "Harris",    "Hawkins",  "Hill",      "Holmes",  "Jackson", "James",    "Jefferson",  "Jenkins",
    "Jones",     "Joseph",   "Lewis",     "Mosley",  "Pierre",  "Randolph", "Robinson",   "Sampson",
    "Sims",      "Simmons",  "Singleton", "Thomas",  "Tucker",  "Walker",   "Washington", "Watkins",
    "Wilkins",   "Williams", "Wright"};
static const char *const girls_vietnamese[] = {
    "Anh", "Bích", "Châu", "Diệp", "Giang",  "Hà",    "Hạnh", "Hoa", "Hương", "Lan", "Linh",
    "Mai", "My",   "Ngọc", "Nhi",  "Phương", "Quỳnh", "Thảo", "Thu", "Trang", "Vy"};
static const char *const boys_vietnamese[] = {
    "An",   "Bảo",  "Bình", "Cường", "Đạt",  "Dũng", "Duy", "Hải", "Hiếu", "Hùng", "Huy",
    "Khoa", "Long", "Minh", "Nam",   "Phúc", "Quân", "Sơn", "Tài", "Tuấn", "Việt"};
static const char *const family_vietnamese[] = {
    "Bùi", "Cao", "Đặng", "Đinh",   "Đỗ",   "Dương", "Hồ", "Hoàng", "Huỳnh", "Lâm", "Lê",
    "Lý",  "Mai", "Ngô",  "Nguyễn", "Phạm", "Phan",  "Tạ", "Trần",  "Trịnh", "Võ",  "Vũ"};
static const char *const girls_chinese[] = {
    "Fang", "Hui", "Jia", "Jing", "Lan", "Li", "Mei",  "Min", "Na",    "Qing",  "Shu", "Ting",
    "Wei",  "Wen", "Xia", "Xin",  "Yan", "Yi", "Ying", "Yu",  "Grace", "Emily", "Amy"};
static const char *const boys_chinese[] = {
    "Bo",   "Chao",  "Cheng", "Hao", "Hong",  "Jian", "Jun",  "Kai",  "Lei",   "Liang", "Ming",
    "Peng", "Qiang", "Tao",   "Wei", "Xiang", "Yang", "Yong", "Zhen", "Kevin", "Eric",  "Jason"};
static const char *const family_chinese[] = {
    "Cai",   "Chen", "Cheng", "Deng", "Feng", "Gao", "Guo",   "He",   "Huang", "Jiang", "Li",
    "Liang", "Lin",  "Liu",   "Lu",   "Luo",  "Ma",  "Pan",   "Shen", "Sun",   "Tang",  "Wang",
    "Wu",    "Xie",  "Xu",    "Yang", "Ye",   "Yu",  "Zhang", "Zhao", "Zheng", "Zhou",  "Zhu"};
static const char *const girls_arabic[] = {"Aisha",  "Amal",   "Amina", "Dalia", "Fatima", "Hala",
                                           "Hanan",  "Huda",   "Iman",  "Layla", "Lina",   "Mariam",
                                           "Maya",   "Nadia",  "Noor",  "Rana",  "Reem",   "Salma",
                                           "Samira", "Yasmin", "Zahra", "Zainab"};
static const char *const boys_arabic[] = {
    "Adel",   "Ahmed",   "Ali",   "Amir",  "Anwar", "Bilal",  "Faisal",  "Hamza",
    "Hassan", "Ibrahim", "Idris", "Jamil", "Karim", "Khalid", "Mahmoud", "Mustafa",
    "Nabil",  "Omar",    "Rami",  "Samir", "Tariq", "Yusuf",  "Zaid"};
static const char *const family_arabic[] = {
    "Abbas",   "Abdi",   "Aden",    "Ali",    "Aziz",    "Darwish", "Farah",   "Farouk",  "Haddad",
    "Hakim",   "Hamdan", "Hashemi", "Hassan", "Hussein", "Jaber",   "Khalil",  "Mansour", "Masri",
    "Mohamud", "Najjar", "Nasser",  "Qasim",  "Rahman",  "Saleh",   "Shaheen", "Warsame", "Yusuf"};
static const char *const girls_south_asian[] = {
    "Aditi",  "Ananya",  "Anika", "Asha", "Deepa", "Diya",  "Isha",  "Jaya",
    "Kavya",  "Lakshmi", "Meera", "Neha", "Nisha", "Pooja", "Priya", "Riya",
    "Saanvi", "Sarita",  "Sita",  "Tara", "Uma",   "Veena"};
static const char *const boys_south_asian[] = {
    "Aarav", "Ajay",    "Anil",   "Arjun",  "Arun",   "Deepak", "Dev", "Ishaan",
    "Karan", "Krishna", "Manish", "Nikhil", "Pranav", "Rahul",  "Raj", "Ravi",
    "Rohan", "Sanjay",  "Suresh", "Varun",  "Vijay",  "Vikram"};
static const char *const family_south_asian[] = {
    "Acharya", "Agarwal", "Bhatt",  "Chopra", "Das",    "Desai",  "Gill",  "Gupta",  "Iyer",
    "Jain",    "Joshi",   "Kapoor", "Kaur",   "Khanna", "Kumar",  "Mehta", "Mishra", "Nair",
    "Patel",   "Rana",    "Rao",    "Reddy",  "Shah",   "Sharma", "Singh", "Thapa",  "Varma"};
static const char *const girls_pacific[] = {"Alani",  "Ana",     "Halia", "Kailani", "Leilani",
                                            "Lani",   "Losa",    "Malia", "Mele",    "Moana",
                                            "Nalani", "Noelani", "Sina",  "Teuila",  "Tiare"};
static const char *const boys_pacific[] = {"Afa",   "Ikaika", "Kai",    "Kaleo",  "Keanu",
                                           "Keoni", "Koa",    "Makoa",  "Manu",   "Nalu",
                                           "Sione", "Tavita", "Tevita", "Viliami"};
static const char *const family_pacific[] = {"Afoa",     "Faleafa", "Finau", "Kahale",     "Kalani",
                                             "Kealoha",  "Leota",   "Mahoe", "Makoa",      "Moala",
                                             "Palakiko", "Sefo",    "Taufa", "Tuiasosopo", "Vea"};

struct list {
    const char *const *names;
    int n;
};

static const struct {
    struct list girls, boys, families;
} origins[ORIGINS] = {
    [ORIGIN_ENGLISH] = {{LIST(girls_english)}, {LIST(boys_english)}, {LIST(family_english)}},
    [ORIGIN_SPANISH] = {{LIST(girls_spanish)}, {LIST(boys_spanish)}, {LIST(family_spanish)}},
    [ORIGIN_AFRICAN_AMERICAN] = {{LIST(girls_african_american)},
                                 {LIST(boys_african_american)},
                                 {LIST(family_african_american)}},
    [ORIGIN_VIETNAMESE] = {{LIST(girls_vietnamese)},
                           {LIST(boys_vietnamese)},
                           {LIST(family_vietnamese)}},
    [ORIGIN_CHINESE] = {{LIST(girls_chinese)}, {LIST(boys_chinese)}, {LIST(family_chinese)}},
    [ORIGIN_ARABIC] = {{LIST(girls_arabic)}, {LIST(boys_arabic)}, {LIST(family_arabic)}},
    [ORIGIN_SOUTH_ASIAN] = {{LIST(girls_south_asian)},
                            {LIST(boys_south_asian)},
                            {LIST(family_south_asian)}},
    [ORIGIN_PACIFIC] = {{LIST(girls_pacific)}, {LIST(boys_pacific)}, {LIST(family_pacific)}},
};

static const char *pick(struct rng *r, struct list l) {
    return l.names[draw_below(r, l.n)];
}

const char *name_given(struct rng *r, enum origin o, bool female) {
    return pick(r, female ? origins[o].girls : origins[o].boys);
}

const char *name_family(struct rng *r, enum origin o) {
    return pick(r, origins[o].families);
}

static const char *const place_first[] = {
    "Amber",   "Apple",   "Ash",     "Aspen",   "Autumn", "Bay",    "Bear",    "Birch",  "Blue",
    "Bright",  "Cedar",   "Cherry",  "Clear",   "Clover", "Copper", "Coral",   "Cotton", "Crane",
    "Crystal", "Deer",    "Eagle",   "East",    "Elk",    "Elm",    "Fair",    "Fern",   "Fox",
    "Golden",  "Granite", "Green",   "Harvest", "Hawk",   "Hazel",  "Heron",   "High",   "Honey",
    "Indigo",  "Iron",    "Juniper", "Lake",    "Lark",   "Laurel", "Linden",  "Lone",   "Long",
    "Lupine",  "Maple",   "Marble",  "Meadow",  "Mill",   "Mint",   "Misty",   "Moss",   "North",
    "Oak",     "Otter",   "Owl",     "Pebble",  "Pine",   "Plum",   "Prairie", "Quail",  "Quiet",
    "Red",     "Robin",   "Rose",    "Sage",    "Silver", "South",  "Spring",  "Stone",  "Summer",
    "Sun",     "Swan",    "West"};
static const char *const place_second[] = {
    "Bank",   "Bend",   "Bluff",    "Bridge",  "Brook", "Canyon", "Cliff",   "Corner",
    "Cove",   "Creek",  "Crossing", "Dale",    "Falls", "Field",  "Flat",    "Fork",
    "Gap",    "Garden", "Gate",     "Glen",    "Grove", "Harbor", "Heights", "Hill",
    "Hollow", "Island", "Knoll",    "Landing", "Ledge", "Meadow", "Mesa",    "Orchard",
    "Park",   "Pass",   "Point",    "Pond",    "Ridge", "Shore",  "Trail",   "Valley"};

_Static_assert(sizeof place_first / sizeof place_first[0] == 75, "75 x 40 = NAME_PLACES");
_Static_assert(sizeof place_second / sizeof place_second[0] == 40, "75 x 40 = NAME_PLACES");

void name_place(uint64_t seed, int index, char out[static 40]) {
    /* An affine walk over all pairs: 1231 shares no factor with 3000, so none comes twice. */
    uint64_t at = (mix64(seed) % NAME_PLACES + (uint64_t)index * 1231) % NAME_PLACES;
    (void)snprintf(out, 40, "%s %s", place_first[at % 75], place_second[at / 75]);
}

static const char *const districts[NAME_DISTRICTS] = {
    "Riverbend",     "Larkfield",     "Stonemeadow",    "Birchwater",    "Highmarsh",
    "Copperdale",    "Willowmere",    "Fernhollow",     "Goldenrod",     "Quailridge",
    "Saltgrass",     "Thornbury",     "Elmsworth",      "Clearbrook",    "Windmoor",
    "Maplecross",    "Otterfield",    "Sandhaven",      "Rosewater",     "Ironwood",
    "Heronsgate",    "Foxhollow",     "Applegarth",     "Brightwater",   "Cloverly",
    "Duskvale",      "Eastmere",      "Fairhollow",     "Greywillow",    "Hazelmere",
    "Juniper Flats", "Kestrel",       "Lindenwood",     "Mossbank",      "Northmere",
    "Oakmoor",       "Pinehaven",     "Reedmarsh",      "Silverbrook",   "Tallgrass",
    "Underhill",     "Violet Plains", "Westering",      "Yarrow",        "Ashcombe",
    "Bellwater",     "Cranefield",    "Dovecote",       "Emberly",       "Fallowmere",
    "Gladewater",    "Hollyridge",    "Ivybridge",      "Larchmoor",     "Millrace",
    "Nettlebrook",   "Orchard Plain", "Plumstead Vale", "Sycamore Bend", "Tamarack Hills"};

const char *name_district(int index) {
    return districts[index];
}

/* Base letter of the two- and three-byte UTF-8 letters in the lists above. */
static const struct {
    const char *bytes;
    char base;
} folds[] = {{"á", 'a'}, {"Á", 'a'}, {"à", 'a'}, {"â", 'a'}, {"ạ", 'a'}, {"ả", 'a'}, {"ầ", 'a'},
             {"ấ", 'a'}, {"ă", 'a'}, {"Đ", 'd'}, {"đ", 'd'}, {"ặ", 'a'}, {"é", 'e'}, {"ê", 'e'},
             {"ễ", 'e'}, {"ệ", 'e'}, {"ế", 'e'}, {"ë", 'e'}, {"í", 'i'}, {"ì", 'i'}, {"ị", 'i'},
             {"ñ", 'n'}, {"ó", 'o'}, {"Ó", 'o'}, {"ô", 'o'}, {"ồ", 'o'}, {"ỗ", 'o'}, {"ọ", 'o'},
             {"ơ", 'o'}, {"ú", 'u'}, {"ù", 'u'}, {"ũ", 'u'}, {"ư", 'u'}, {"ỳ", 'y'}, {"ý", 'y'}};

void name_ascii(const char *name, char out[], size_t most) {
    size_t n = 0;
    while (*name != '\0' && n + 1 < most) {
        unsigned char c = (unsigned char)*name;
        size_t step = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        if (c < 0x80) {
            if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
                out[n++] = (char)(c | 0x20);
        } else {
            for (size_t i = 0; i < sizeof folds / sizeof folds[0]; i++)
                if (strncmp(folds[i].bytes, name, step) == 0 && folds[i].bytes[step] == '\0')
                    out[n++] = folds[i].base;
        }
        name += step;
    }
    out[n] = '\0';
}
