#include "measure/group.h"

#include "base/err.h"

/* clang-format off */
const struct group group_rows[GROUPS] = {
    [0] = {"all", DIM_ALL, -1, TR_INIT("Everyone", "Todos"), false},
    [1] = {"grade:PK", DIM_GRADE, 16, TR_INIT("Prekindergarten", "Prekínder"), false},
    [2] = {"grade:KG", DIM_GRADE, 16, TR_INIT("Kindergarten", "Kínder"), false},
    [3] = {"grade:01", DIM_GRADE, 16, TR_INIT("Grade 1", "Grado 1"), false},
    [4] = {"grade:02", DIM_GRADE, 16, TR_INIT("Grade 2", "Grado 2"), false},
    [5] = {"grade:03", DIM_GRADE, 17, TR_INIT("Grade 3", "Grado 3"), false},
    [6] = {"grade:04", DIM_GRADE, 17, TR_INIT("Grade 4", "Grado 4"), false},
    [7] = {"grade:05", DIM_GRADE, 17, TR_INIT("Grade 5", "Grado 5"), false},
    [8] = {"grade:06", DIM_GRADE, 18, TR_INIT("Grade 6", "Grado 6"), false},
    [9] = {"grade:07", DIM_GRADE, 18, TR_INIT("Grade 7", "Grado 7"), false},
    [10] = {"grade:08", DIM_GRADE, 18, TR_INIT("Grade 8", "Grado 8"), false},
    [11] = {"grade:09", DIM_GRADE, 19, TR_INIT("Grade 9", "Grado 9"), false},
    [12] = {"grade:10", DIM_GRADE, 19, TR_INIT("Grade 10", "Grado 10"), false},
    [13] = {"grade:11", DIM_GRADE, 19, TR_INIT("Grade 11", "Grado 11"), false},
    [14] = {"grade:12", DIM_GRADE, 19, TR_INIT("Grade 12", "Grado 12"), false},
    [15] = {"grade:unknown", DIM_GRADE, 20, TR_INIT("Grade unknown", "Grado desconocido"), true},
    [16] = {"band:K-2", DIM_BAND, 0, TR_INIT("Grades K-2", "Grados K a 2"), false},
    [17] = {"band:3-5", DIM_BAND, 0, TR_INIT("Grades 3-5", "Grados 3 a 5"), false},
    [18] = {"band:6-8", DIM_BAND, 0, TR_INIT("Grades 6-8", "Grados 6 a 8"), false},
    [19] = {"band:9-12", DIM_BAND, 0, TR_INIT("Grades 9-12", "Grados 9 a 12"), false},
    [20] = {"band:unknown", DIM_BAND, 0, TR_INIT("Grade band unknown", "Nivel de grados desconocido"), true},
    [21] = {"locale:city", DIM_LOCALE, 0, TR_INIT("City schools", "Escuelas de ciudad"), false},
    [22] = {"locale:suburb", DIM_LOCALE, 0, TR_INIT("Suburban schools", "Escuelas suburbanas"), false},
    [23] = {"locale:town", DIM_LOCALE, 0, TR_INIT("Town schools", "Escuelas de pueblo"), false},
    [24] = {"locale:rural", DIM_LOCALE, 0, TR_INIT("Rural schools", "Escuelas rurales"), false},
    [25] = {"locale:unknown", DIM_LOCALE, 0, TR_INIT("Locale unknown", "Entorno desconocido"), true},
    [26] = {"meal:low", DIM_MEAL, 0, TR_INIT("Free or reduced meals", "Comidas gratis o a precio reducido"), false},
    [27] = {"meal:free", DIM_MEAL, 26, TR_INIT("Free meals", "Comidas gratis"), false},
    [28] = {"meal:reduced", DIM_MEAL, 26, TR_INIT("Reduced-price meals", "Comidas a precio reducido"), false},
    [29] = {"meal:paid", DIM_MEAL, 0, TR_INIT("Paid meals", "Comidas a precio completo"), false},
    [30] = {"meal:unknown", DIM_MEAL, 0, TR_INIT("Meal status unknown", "Situación de comidas desconocida"), true},
    [31] = {"learner:yes", DIM_LEARNER, 0, TR_INIT("English learners", "Aprendices de inglés"), false},
    [32] = {"learner:no", DIM_LEARNER, 0, TR_INIT("Not English learners", "No aprendices de inglés"), false},
    [33] = {"learner:unknown", DIM_LEARNER, 0, TR_INIT("English learner unknown", "Aprendiz de inglés: se desconoce"), true},
    [34] = {"plan:yes", DIM_PLAN, 0, TR_INIT("With a disability plan", "Con plan por discapacidad"), false},
    [35] = {"plan:no", DIM_PLAN, 0, TR_INIT("Without a disability plan", "Sin plan por discapacidad"), false},
    [36] = {"plan:unknown", DIM_PLAN, 0, TR_INIT("Disability plan unknown", "Plan por discapacidad: se desconoce"), true},
    [37] = {"race:asian", DIM_RACE, 0, TR_INIT("Asian", "Asiáticos"), false},
    [38] = {"race:black", DIM_RACE, 0, TR_INIT("Black", "Negros"), false},
    [39] = {"race:hispanic", DIM_RACE, 0, TR_INIT("Hispanic", "Hispanos"), false},
    [40] = {"race:indigenous", DIM_RACE, 0, TR_INIT("American Indian or Alaska Native", "Indígenas de América o de Alaska"), false},
    [41] = {"race:pacific", DIM_RACE, 0, TR_INIT("Native Hawaiian or Pacific Islander", "Nativos de Hawái o de las islas del Pacífico"), false},
    [42] = {"race:two-or-more", DIM_RACE, 0, TR_INIT("Two or more races", "Dos o más razas"), false},
    [43] = {"race:white", DIM_RACE, 0, TR_INIT("White", "Blancos"), false},
    [44] = {"race:unknown", DIM_RACE, 0, TR_INIT("Race unknown", "Raza desconocida"), true},
    [45] = {"gender:female", DIM_GENDER, 0, TR_INIT("Female", "Femenino"), false},
    [46] = {"gender:male", DIM_GENDER, 0, TR_INIT("Male", "Masculino"), false},
    [47] = {"gender:nonbinary", DIM_GENDER, 0, TR_INIT("Nonbinary", "No binario"), false},
    [48] = {"gender:unknown", DIM_GENDER, 0, TR_INIT("Gender unknown", "Género desconocido"), true},
    [49] = {"language:en", DIM_LANGUAGE, 0, TR_INIT("English at home", "Inglés en el hogar"), false},
    [50] = {"language:es", DIM_LANGUAGE, 0, TR_INIT("Spanish at home", "Español en el hogar"), false},
    [51] = {"language:ar", DIM_LANGUAGE, 0, TR_INIT("Arabic at home", "Árabe en el hogar"), false},
    [52] = {"language:zh", DIM_LANGUAGE, 0, TR_INIT("Chinese at home", "Chino en el hogar"), false},
    [53] = {"language:vi", DIM_LANGUAGE, 0, TR_INIT("Vietnamese at home", "Vietnamita en el hogar"), false},
    [54] = {"language:pt", DIM_LANGUAGE, 0, TR_INIT("Portuguese at home", "Portugués en el hogar"), false},
    [55] = {"language:ru", DIM_LANGUAGE, 0, TR_INIT("Russian at home", "Ruso en el hogar"), false},
    [56] = {"language:ht", DIM_LANGUAGE, 0, TR_INIT("Haitian Creole at home", "Criollo haitiano en el hogar"), false},
    [57] = {"language:other", DIM_LANGUAGE, 0, TR_INIT("Another language at home", "Otro idioma en el hogar"), false},
    [58] = {"language:unknown", DIM_LANGUAGE, 0, TR_INIT("Home language unknown", "Idioma del hogar desconocido"), true},
    [59] = {"housing:housed", DIM_HOUSING, 0, TR_INIT("Housed", "Con vivienda"), false},
    [60] = {"housing:doubled-up", DIM_HOUSING, 0, TR_INIT("Doubled up", "En casa compartida por necesidad"), false},
    [61] = {"housing:homeless", DIM_HOUSING, 0, TR_INIT("In a shelter, a hotel or without shelter", "En refugio, hotel o sin techo"), false},
    [62] = {"housing:foster", DIM_HOUSING, 0, TR_INIT("In foster care", "En hogar de acogida"), false},
    [63] = {"housing:unknown", DIM_HOUSING, 0, TR_INIT("Housing unknown", "Vivienda desconocida"), true},
};

const struct dim_row dim_rows[DIM_COUNT] = {
    [DIM_ALL] = {"all", TR_INIT("Everyone", "Todos"), 0, 1},
    [DIM_GRADE] = {"grade", TR_INIT("Grade", "Grado"), 1, 15},
    [DIM_BAND] = {"band", TR_INIT("Grade band", "Nivel de grados"), 16, 5},
    [DIM_LOCALE] = {"locale", TR_INIT("School locale", "Entorno de la escuela"), 21, 5},
    [DIM_MEAL] = {"meal", TR_INIT("Meal status", "Comidas escolares"), 26, 5},
    [DIM_LEARNER] = {"learner", TR_INIT("English learner", "Aprendiz de inglés"), 31, 3},
    [DIM_PLAN] = {"plan", TR_INIT("Disability plan", "Plan por discapacidad"), 34, 3},
    [DIM_RACE] = {"race", TR_INIT("Race and ethnicity", "Raza y etnia"), 37, 8},
    [DIM_GENDER] = {"gender", TR_INIT("Gender", "Género"), 45, 4},
    [DIM_LANGUAGE] = {"language", TR_INIT("Home language", "Idioma del hogar"), 49, 10},
    [DIM_HOUSING] = {"housing", TR_INIT("Housing", "Vivienda"), 59, 5},
};
/* clang-format on */

int group_find(struct str code) {
    for (int g = 0; g < GROUPS; g++)
        if (str_eq(str_z(group_rows[g].code), code))
            return g;
    return -1;
}

enum dim dim_find(struct str code) {
    for (enum dim d = DIM_ALL; d < DIM_COUNT; d++)
        if (str_eq(str_z(dim_rows[d].code), code))
            return d;
    return DIM_COUNT;
}

static int unknown_of(enum dim dim) {
    return dim_rows[dim].first + dim_rows[dim].count - 1;
}

/* The group of a dimension whose code ends in :value; the unknown for one that is not there. */
static int find_in(enum dim dim, struct str value) {
    const struct dim_row *d = &dim_rows[dim];
    size_t skip = str_z(d->code).n + 1;
    for (int g = d->first; g < d->first + d->count; g++) {
        struct str code = str_z(group_rows[g].code);
        if (str_eq(str_sub(code, skip, code.n), value))
            return g;
    }
    return unknown_of(dim);
}

static uint64_t with_parents(int g) {
    uint64_t bits = 0;
    for (; g >= 0; g = group_rows[g].parent)
        bits |= GROUP_BIT(g);
    return bits;
}

static int yes_no(enum dim dim, int known) {
    return known == 1   ? dim_rows[dim].first
           : known == 0 ? dim_rows[dim].first + 1
                        : unknown_of(dim);
}

static int language_group(struct str language) {
    int g = find_in(DIM_LANGUAGE, language);
    if (group_rows[g].unknown && language.n > 0 && !str_eq(language, STR("unknown")))
        return unknown_of(DIM_LANGUAGE) - 1; /* another language */
    return g;
}

static int housing_group(struct str housing) {
    if (str_eq(housing, STR("hotel")) || str_eq(housing, STR("sheltered")) ||
        str_eq(housing, STR("unsheltered")))
        return find_in(DIM_HOUSING, STR("homeless"));
    return find_in(DIM_HOUSING, housing);
}

int group_of_grade(struct str grade) {
    return find_in(DIM_GRADE, grade);
}

int group_of_band(int band) {
    CHECK(band >= 0 && band < 4);
    return dim_rows[DIM_BAND].first + band;
}

uint64_t group_bits(const struct student_traits *t) {
    return with_parents(group_of_grade(t->grade)) | with_parents(find_in(DIM_LOCALE, t->locale)) |
           with_parents(find_in(DIM_MEAL, t->meal)) |
           with_parents(yes_no(DIM_LEARNER, t->learner)) | with_parents(yes_no(DIM_PLAN, t->plan)) |
           with_parents(find_in(DIM_RACE, t->race)) | with_parents(find_in(DIM_GENDER, t->gender)) |
           with_parents(language_group(t->language)) | with_parents(housing_group(t->housing));
}

uint64_t group_bits_locale(struct str locale) {
    return with_parents(find_in(DIM_LOCALE, locale));
}
