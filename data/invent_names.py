"""Names to invent people from: given names of women and of men, family names, by the manner of the place. Nobody is meant."""

POOLS = {
    "thai": ("Anong Chanida Duangjai Kanya Malai Nittaya Pensri Ratana Siriporn Wanida", "Anan Chai Krit Niran Pichit Sakda Somsak Thawat Udom Wichai", "Boonsri Chaiyo Kaewta Meesuk Ngamdee Phrom Rattanak Srisuk Thongdee Wongsa"),
    "lao": ("Bouavanh Chansy Keo Manivanh Noy Souksavanh Vilay Vanna", "Bounmy Khamla Phonesay Somphone Thong Viengkham Xay Kham", "Inthavong Keovilay Phommasa Sengdara Sisavath Vongphet"),
    "khmer": ("Bopha Chanthy Kolab Maly Phalla Rachana Sophea Sreymom", "Borey Chann Dara Kosal Piseth Rith Sokha Vannak", "Chea Heng Keo Ly Meas Nhem Sok Yim"),
    "viet": ("Thi Bich|Thi Dao|Thi Hanh|Thi Lien|Thi Mai|Thi Nga|Thi Phuong|Thi Thu|Thi Van|Thi Yen", "Van Binh|Van Dung|Duc Hai|Van Khoa|Minh Long|Van Nam|Quoc Phu|Van Son|Anh Tuan|Van Vinh", "Bui Dang Do Ho Huynh Le Ngo Phan Tran Vo"),
    "indonesian": ("Ayu Citra Dewi Endah Indah Kartika Lestari Nurul Ratih Wulan", "Agung Bambang Budi Eko Fajar Hendra Joko Rizal Slamet Yanto", "Hidayat Kusuma Lubis Nugroho Pratama Rahman Siregar Utami Wibowo Yuliana"),
    "malay": ("Aisyah Farah Hanim Noraini Rohana Salmah Siti Zaleha", "Azlan Faizal Hafiz Ismail Karim Nizam Razak Zulkifli", "Abdullah|Bakar|Hashim|Ibrahim|Mansor|Osman|Salleh|Yusof"),
    "filipino": ("Analyn Corazon Divina Gloria Imelda Luz Maricel Rosario", "Arnel Benigno Danilo Ernesto Jomar Ramil Rogelio Virgilio", "Aquino Bautista Castro Domingo Magsino Reyes Salonga Tolentino"),
    "burmese": ("Daw Aye Mya|Daw Khin Lay|Daw Nilar|Daw Su Mon|Daw Thiri|Daw Yin Yin", "U Aung Ko|U Htun Lin|U Kyaw Zin|U Min Oo|U Soe Win|U Zaw Htay", ""),
    "chinese": ("Fang Hua Jing Lan Mei Ning Ping Xiu Yan Ying", "Bo Chao Gang Hao Jun Lei Ming Qiang Tao Wei", "Cai Deng Feng Guo Han Liang Pan Song Tang Xie"),
    "japanese": ("Akiko Emi Haruka Kaori Megumi Naoko Sachiko Yuki", "Daisuke Hiroshi Kenta Makoto Noboru Shigeru Takashi Yutaka", "Aoki Fujita Hayashi Ishida Kondo Matsui Nomura Ueda"),
    "korean": ("Eun-ji Hye-jin Ji-won Min-seo So-yeon Yu-na", "Dong-hyun Jae-ho Jun-seo Min-jun Sang-woo Tae-yang", "Bae Han Jang Kwon Noh Shin Yoon"),
    "south_asian": ("Anjali Dilini Fatema Kavita Lakshmi Nadeeka Priya Rukhsana Shanti Sunita", "Anil Chaminda Farid Kamal Mahesh Nimal Rajesh Rashid Sunil Tariq", "Ahmed Banerjee Chaudhary Fernando Gurung Hossain Karim Malik Perera Sharma Silva Thapa"),
    "west_asian": ("Amina Fatma Layla Leyla Maryam Parisa Samira Zehra", "Ali Emre Hamid Hassan Khalid Mehmet Omar Reza", "Aydin Demir Farahani Haddad Karimi Mansour Rahimi Yilmaz"),
    "pacific": ("Adi Litia|Alisi|Grace|Losalini|Mele|Ruta|Sina|Vasiti", "Apenisa|Epeli|Ioane|Jone|Peniasi|Semisi|Tevita|Viliame", "Kaveinga Koroi Naivalu Ravula Taumalolo Tuilagi Vakasuka Waqabaca"),
    "anglo": ("Alison Bridget Catherine Emily Fiona Harriet Joanna Kirsty Megan Rachel", "Andrew Callum Daniel Fraser Geoffrey Hugh Ian Marcus Owen Stuart", "Ashworth Barlow Carver Dunmore Fielding Hallam Langley Pemberton Thornton Whitlock"),
    "european": ("Annika Claire Elke Greta Ingrid Lotte Margit Saskia", "Anders Erik Jonas Lars Matthias Pieter Stefan Thierry", "Bergmann Dubois Eklund Hansen Keller Lindqvist Moreau Vermeer"),
    "mongolian": ("Altantsetseg Bolormaa Enkhtuya Khulan Oyuna Sarnai", "Batbold Dorj Ganbaatar Munkh Naran Tumur", ""),
}  # fmt: skip

MANNER = {
    "thai": "THA", "lao": "LAO", "khmer": "KHM", "viet": "VNM", "indonesian": "IDN TLS", "malay": "MYS BRN SGP MDV",
    "filipino": "PHL", "burmese": "MMR", "chinese": "CHN HKG MAC", "japanese": "JPN", "korean": "KOR",
    "south_asian": "IND BGD LKA NPL BTN PAK", "west_asian": "IRN ARE TUR", "mongolian": "MNG",
    "pacific": "FJI PNG TON VUT SLB KIR PLW", "anglo": "AUS NZL USA CAN GBR IOM UNHCR UNODC ILO",
    "european": "CHE DEU NOR NLD SWE FRA INTERPOL META NEXUS",
}  # fmt: skip
OF_PLACE = {place: manner for manner, places in MANNER.items() for place in places.split()}
FAMILY_FIRST = {"khmer", "viet", "chinese", "japanese", "korean"}


def parts(text: str) -> list[str]:
    return text.split("|") if "|" in text else text.split()


def names(place: str, sex: str) -> list[str]:
    """Every name that can be made for a place and a sex, in a fixed order that mixes families."""
    manner = OF_PLACE[place]
    women, men, families = POOLS[manner]
    given = parts(
        women if sex == "female" else men if sex == "male" else men + (" " if "|" not in men else "|") + women
    )
    if not families:
        return given
    made = []
    surnames = parts(families)
    for turn in range(len(surnames)):
        for at, first in enumerate(given):
            last = surnames[(at + turn) % len(surnames)]
            made.append(f"{last} {first}" if manner in FAMILY_FIRST else f"{first} {last}")
    return made
